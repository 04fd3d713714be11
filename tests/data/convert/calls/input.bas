Attribute VB_Name = "Module1"
Sub Main()
    Dim a As Long, b
    Bump a
    Bump (a)
    Call Bump(a)
    Call Bump((a))
    Many second:=2, first:=a
    Many 1, , 3
    Module1.Bump b
    b = Twice(a) + Twice((a))
    Application.Run "Bump", a
    Application.Run "Module1.Bump", a
    CallByName Me1, "Go", VbMethod, 1
    b = result
    Fill result
    Ping
End Sub
Sub Bump(x)
    x = x + 1
End Sub
Sub Many(first, Optional second, Optional third)
    Beep
End Sub
Function Twice&(ByVal x As Long)
    Twice = x * 2
End Function
Sub Fill(ByRef out)
    out = Rnd()
End Sub
Private Sub Ping()
    Pong
End Sub
Private Sub Pong()
    If Timer > 1E9 Then Ping
    Shell "calc.exe"
End Sub
