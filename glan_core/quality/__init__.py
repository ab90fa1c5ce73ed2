"""What should not ship as it is?"""
