"""What are the steps of Algorithm 1?

One function a step, one file a stage. A stage takes entities, settings and a ChatModel and returns entities; it knows
no database and no journal, so a notebook can call it with nothing else around.
"""
