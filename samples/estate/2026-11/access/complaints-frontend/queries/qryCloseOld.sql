UPDATE
  Complaint
SET
  Complaint.State = "closed",
  Complaint.ClosedOn = Date()
WHERE
  (((Complaint.State)="open") AND ((Complaint.Received)<Date()-90));
