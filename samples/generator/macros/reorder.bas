Option Explicit

' Stock count: works out what has to be reordered.
' Started with the button "Reorder check" on the count sheet.
' 2019-03 first version; 2021-11 safety factor now read from Params; 2023-06 totals per supplier

Private Const FIRST_ROW As Long = 6
Private Const OUT_FIRST As Long = 5
Private Const COL_STATUS As Long = 9

Public Sub ReorderCheck()
    Dim wsCount As Worksheet
    Dim wsOut As Worksheet
    Dim perSupplier As Object
    Dim lastRow As Long, r As Long, outRow As Long
    Dim nOrder As Long, nCheck As Long
    Dim safety As Double, qty As Double
    Dim supplier As String
    Dim key As Variant

    On Error GoTo Failed
    Application.ScreenUpdating = False
    Application.EnableEvents = False

    Set wsCount = ThisWorkbook.Worksheets("Count")
    Set wsOut = ThisWorkbook.Worksheets("Reorder")
    Set perSupplier = CreateObject("Scripting.Dictionary")
    safety = ThisWorkbook.Worksheets("Params").Range("B4").Value

    lastRow = wsCount.Cells(wsCount.Rows.Count, 1).End(xlUp).Row
    wsOut.Range("A5:E400").ClearContents
    wsOut.Range("G5:H60").ClearContents
    outRow = OUT_FIRST

    For r = FIRST_ROW To lastRow
        If Trim(wsCount.Cells(r, 1).Value) = "Total" Then Exit For
        If Trim(wsCount.Cells(r, 1).Value) <> "" Then
            If CountIsValid(wsCount.Cells(r, 5).Value) Then
                qty = OrderQuantity(CDbl(wsCount.Cells(r, 5).Value), wsCount.Cells(r, 6).Value, wsCount.Cells(r, 7).Value, safety)
                wsCount.Cells(r, 8).Value = qty
                If qty > 0 Then
                    wsCount.Cells(r, COL_STATUS).Value = "REORDER"
                    wsCount.Cells(r, COL_STATUS).Interior.Color = RGB(255, 199, 206)
                    supplier = SupplierOf(Trim(wsCount.Cells(r, 1).Value))
                    With wsOut
                        .Cells(outRow, 1).Value = Trim(wsCount.Cells(r, 1).Value)
                        .Cells(outRow, 2).Value = wsCount.Cells(r, 2).Value
                        .Cells(outRow, 3).Value = supplier
                        .Cells(outRow, 4).Value = qty
                        .Cells(outRow, 5).Value = Priority(CDbl(wsCount.Cells(r, 5).Value), wsCount.Cells(r, 6).Value)
                    End With
                    If perSupplier.Exists(supplier) Then
                        perSupplier(supplier) = perSupplier(supplier) + qty
                    Else
                        perSupplier.Add supplier, qty
                    End If
                    outRow = outRow + 1
                    nOrder = nOrder + 1
                Else
                    wsCount.Cells(r, COL_STATUS).Value = "OK"
                    wsCount.Cells(r, COL_STATUS).Interior.Color = RGB(198, 239, 206)
                End If
            Else
                wsCount.Cells(r, 8).Value = 0
                wsCount.Cells(r, COL_STATUS).Value = "CHECK"
                wsCount.Cells(r, COL_STATUS).Interior.Color = RGB(255, 235, 156)
                nCheck = nCheck + 1
            End If
        End If
    Next r

    r = OUT_FIRST
    For Each key In perSupplier.Keys
        wsOut.Cells(r, 7).Value = key
        wsOut.Cells(r, 8).Value = perSupplier(key)
        r = r + 1
    Next key

    wsCount.Range("K2").Value = nOrder
    wsCount.Range("K3").Value = nCheck
    wsCount.Range("K4").Value = Application.WorksheetFunction.CountIf(wsCount.Range("I6:I" & lastRow), "OK")

    wsCount.Select
    wsCount.Range("A1").Select
    Application.EnableEvents = True
    Application.ScreenUpdating = True
    MsgBox nOrder & " articles to reorder, " & nCheck & " lines to check.", vbInformation, "Stock count"
    Exit Sub

Failed:
    Application.EnableEvents = True
    Application.ScreenUpdating = True
    MsgBox "Reorder check stopped: " & Err.Number & " " & Err.Description, vbCritical, "Stock count"
End Sub

' A blank cell is numeric for IsNumeric, hence the length test.
Private Function CountIsValid(ByVal v As Variant) As Boolean
    CountIsValid = False
    If Len(Trim(v)) = 0 Then Exit Function
    If Not IsNumeric(v) Then Exit Function
    If CDbl(v) < 0 Then Exit Function
    CountIsValid = True
End Function

Private Function OrderQuantity(ByVal counted As Double, ByVal minLevel As Double, ByVal packSize As Double, ByVal safety As Double) As Double
    Dim need As Double
    need = minLevel * safety - counted
    If need <= 0 Then
        OrderQuantity = 0
    ElseIf packSize <= 1 Then
        OrderQuantity = -Int(-need)
    Else
        OrderQuantity = -Int(-need / packSize) * packSize
    End If
End Function

Private Function Priority(ByVal counted As Double, ByVal minLevel As Double) As String
    Select Case counted
        Case 0
            Priority = "A"
        Case Is < minLevel / 2
            Priority = "B"
        Case Else
            Priority = "C"
    End Select
End Function

Private Function SupplierOf(ByVal sku As String) As String
    Dim items As Range
    Set items = ThisWorkbook.Worksheets("Items").Range("A2:D400")
    If Application.WorksheetFunction.CountIf(items.Columns(1), sku) = 0 Then
        SupplierOf = "UNKNOWN"
    Else
        SupplierOf = Application.WorksheetFunction.VLookup(sku, items, 3, False)
    End If
End Function
