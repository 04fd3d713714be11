SELECT
  s.StoreNo,
  s.City,
  Count(c.ComplaintID) AS NumberOpen,
  Sum(c.Refund) AS RefundSum
FROM
  Store AS s
  INNER JOIN Complaint AS c ON s.StoreNo = c.StoreNo
WHERE
  (((c.State)<>"closed"))
GROUP BY
  s.StoreNo,
  s.City
ORDER BY
  s.StoreNo;
