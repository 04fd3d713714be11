Sub T()
    On Error GoTo Failed
    On Error Resume Next
    On Error GoTo 0
    On Error GoTo -1
    On n GoTo A, 20
    On n + 1 GoSub B
    GoTo A
    Go To A
    GoSub B
    A:
    20 x = 1
    B: y = 2
    Return
    Failed:
    Resume
    Resume Next
    Resume A
    Error 5
    Err.Raise 5
    Stop
    End
End Sub
