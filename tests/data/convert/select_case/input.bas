Attribute VB_Name = "Module1"
Function Grade(x)
    Select Case x
        Case Is < 0: Grade = "neg"
        Case 0: Grade = "zero"
        Case 1, 2, 3: Grade = "low"
        Case 4 To 9: Grade = "mid"
        Case "abc": Grade = "str"
        Case Else: Grade = "hi"
    End Select
End Function
Function Main() As String
    Main = Grade(-1) & Grade(0) & Grade(2) & Grade(5) & Grade(50)
End Function
