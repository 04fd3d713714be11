Sub T()
    a% = 1
    b& = c! + d# + e@ + g^
    f$ = Left$(s$, 2) & Chr$(65)
    x = a&b
    x = Foo!Bar
    x = 5& & "a"&b
    x = &HFF & &O7
End Sub
