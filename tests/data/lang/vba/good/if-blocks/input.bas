Sub T()
    If a Then
        b
    ElseIf c And Not d Then
        e
    Else: f
    End If
    If a Then ' note
    Else
    EndIf
    If a Then
        b
    Else If c Then d
    End If
End Sub
