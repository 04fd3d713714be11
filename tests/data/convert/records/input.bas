Attribute VB_Name = "Module1"
Option Base 1
Public Type Line
    Code As String * 5
    Price As Currency
    Parts(3) As Long
End Type
Public Enum Colour
    Red
    Green = 5
    Blue
End Enum
Public Const Limit As Long = &HFF&, Rate = 1.5
Private lines() As Line, total#
Declare PtrSafe Function GetTickCount Lib "kernel32" () As Long
Declare PtrSafe Sub Sleep Lib "kernel32" (ByVal ms As Long)

Sub Main(Optional ByVal n As Long = 3, Optional title)
    Const Size = 4
    Static calls As Integer
    Dim i As Integer, grid(1 To Size, 2) As Double, d As New Collection, one As Line
    ReDim lines(n), extra(0 To 1, Size)
    ReDim Preserve lines(1 To n + 1)
    For i = 1 To n
        With lines(i)
            .Price = 3@ * i
            .Parts(1) = Colour.Blue
            LSet .Code = "ab"
        End With
    Next
    Mid(one.Code, 2, 1) = "z"
    RSet one.Code = "r"
    Erase lines, extra
    Sleep 10
    If GetTickCount() > 5 Then
        total = 1
    End If
    d.Add one.Price, "k"
    total = d("k") + d!k
    calls = calls + 1
End Sub
