Sub T()
    For i = 1 3
        b
    Next
End Sub
