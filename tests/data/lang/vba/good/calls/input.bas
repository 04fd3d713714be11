Sub T()
    DoIt
    DoIt 1, , b:=2
    DoIt (x)
    DoIt(x)
    DoIt (x), 2
    DoIt (x) + 1
    Call DoIt
    Call o.DoIt(1, ByVal p)
    o.Items(1).Remove "a"
    MsgBox "a" & b, vbYesNo
    InputBox Prompt:="x", Type:=8
    Beep
    foo -1
    foo .Bar, !Baz
    Application.Run "m", _
        1, _
        2
End Sub
