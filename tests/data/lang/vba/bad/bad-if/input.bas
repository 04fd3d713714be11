Sub T()
    If a = Then
        b
    End If
    c
End Sub
