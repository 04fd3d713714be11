' first _
  goes on
Rem second
Sub T() ' head
    x = "it's" 'tail
    y = 1: Rem third
    Remark = 1
End Sub
