Attribute VB_Name = "M"
Public x As Long
Attribute x.VB_VarHelpID = -1
Sub T()
Attribute T.VB_ProcData.VB_Invoke_Func = "k\n14"
    a
End Sub
