VERSION 1.0 CLASS
BEGIN
  MultiUse = -1  'True
END
Attribute VB_Name = "Item"
Attribute VB_Exposed = False
Public Property Get Total() As Double
Attribute Total.VB_UserMemId = 0
Attribute Total.VB_Description = "Sum"
    Total = 1
End Property
