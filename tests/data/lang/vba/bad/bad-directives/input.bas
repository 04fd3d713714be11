#If VBA7
Dim a
#End If
#Else
#If True Then
