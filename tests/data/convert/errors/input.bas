Attribute VB_Name = "Module1"
Sub Main()
    On Error GoTo Fail
    Dim x As Double
10  x = 1 / 0
    GoSub Twice
    On Error Resume Next
    Kill "a.txt"
    On Error GoTo 0
    On 2 GoTo Done, Fail
Done:
    Exit Sub
Twice:
    x = x * 2
    Return
Fail:
    If Err <> 0 Then MsgBox Err.Description, vbCritical, "Oops"
    Err.Raise vbObjectError + 1, , "again"
    Err.Raise 5, "Module1", "with source"
    Err.Clear
    Error 11
    Resume Next
End Sub
