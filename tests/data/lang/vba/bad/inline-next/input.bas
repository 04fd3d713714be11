Sub T()
    For i = 1 To 2: If a Then b: Next
End Sub
