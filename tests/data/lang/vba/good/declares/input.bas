Private Declare PtrSafe Function FindWindow Lib "user32" Alias "FindWindowA" (ByVal a As String, ByRef b As Any) As LongPtr
Declare Sub Sleep Lib "kernel32" (ByVal ms As Long)
