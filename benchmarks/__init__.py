"""What does generation cost beside the waiting for the model?"""
