Sub T()
    Select Case a
        Case 1
End Sub
