Sub T()
    GoTo
    On Error GoTo
    Resume 1.5
End Sub
