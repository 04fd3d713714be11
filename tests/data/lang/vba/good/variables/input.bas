Private a As Long, b() As String, c(1 To 3, 5) As Double
Public WithEvents App As Excel.Application
Dim d$, e%, f As New Collection
Global g As String * 10
Private m_Items As Scripting.Dictionary
DefInt A-C, X
