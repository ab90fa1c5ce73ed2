"""What exactly will a run do, and what will it cost, before anything is sent?"""
