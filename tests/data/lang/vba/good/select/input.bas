Sub T()
    Select Case x
        ' first
        Case 1, 2 To 5, Is > 7, < 3: a
        Case "b", vbNull
            c
        Case Else
            d
    End Select
    Select Case True
    End Select
End Sub
