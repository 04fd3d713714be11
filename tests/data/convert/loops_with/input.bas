Attribute VB_Name = "Module1"
Option Explicit
' Counts open orders.
Sub Main()
    Dim c As Range, n As Long
    With Worksheets("Orders")
        For Each c In .Range("G2:G9")
            If c.Value = "Open" Then
                n = n + 1
                c.Offset(0, 1).Value = "x"
            End If
        Next c
        .Range("J1").Value = n
    End With
    Do Until n <= 0
        n = n - 2
    Loop
    Do
        n = n + 1
        If n > 3 Then Exit Do
    Loop
    While InStr("abc", "b") > 0 And n < 9
        n = n + 1
    Wend
    For n = 10 To 1 Step -3: Debug.Print n; "x", Spc(2); Tab(10);: Next
End Sub
