Sub T()
    For i = 1 To 2
    Next j
    For i = 1 To 2
    Next i, k
End Sub
