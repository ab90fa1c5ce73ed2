"""What should not ship as it is: how are many pairs checked, in steps that can be stopped and gone on with?"""
