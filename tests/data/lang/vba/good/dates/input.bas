Sub T()
    a = #1/31/2020#
    b = #1:30:00 PM#
    c = #12/31/1899 11:59:59 PM#
    Close #1, #2
    d = #Jan 5, 2001# - #2 March 99#
End Sub
