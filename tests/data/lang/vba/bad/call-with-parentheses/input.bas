Sub T()
    DoIt(1, 2)
End Sub
