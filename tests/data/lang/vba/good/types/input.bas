Private Type Line
    Name As String * 20 ' the name
    Type As Long
    Values(1 To 4) As Double
    Next As Variant
End Type
Public Enum Colour
    Red = 1
    Green
    [_Last] = Red Or 4
End Enum
