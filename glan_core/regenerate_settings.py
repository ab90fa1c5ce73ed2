"""With which models, prompts and numbers are rejected pairs written anew?"""

import dataclasses

from glan_core.generation_settings import GenerationSettings, StageSettings


def regenerate_settings(base: GenerationSettings) -> GenerationSettings:
    """Give the settings of a run that writes rejected pairs anew: questions and answers by the models of `base`."""
    stages = {
        "regenerated_instructions": _in_place_of(base, "instructions"),
        "answers": base.stages["answers"],
        "regenerated_answers": _in_place_of(base, "answers"),
    }
    return dataclasses.replace(base, stages=stages)


def _in_place_of(base: GenerationSettings, stage: str) -> StageSettings:
    ending = "_quick" if base.preset == "quick" else ""
    return dataclasses.replace(base.stages[stage], templates=(f"regenerated_{stage}{ending}",))
