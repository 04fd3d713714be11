Private Static Function F(ByVal a As Long, Optional ByRef b As String = "x", Optional c, ParamArray rest() As Variant) As Long()
End Function
Friend Property Let P(ByVal i As Integer, v)
End Property
Public Property Set P(ByVal i As Integer, v As Object)
End Property
Sub NoParens
End Sub
Sub OneLine(): x = 1: End Sub
