Sub T()
    If a Then
        For i = 1 To 2
            b
    End If
End Sub
