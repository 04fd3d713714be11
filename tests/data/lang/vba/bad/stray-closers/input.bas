Sub T()
    End If
    Next
    Loop
    Wend
    End With
    Else
    Case 1
    End Select
End Sub
