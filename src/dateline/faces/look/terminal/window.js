// Which rows of a long list are drawn, and where the list stands after rows came above.

// [first, last) of rows to draw for a view of `height` px at `top`, with some more above and below.
export function windowOf({ top, height, row, count, more = 8 }) {
  const first = Math.max(0, Math.floor(top / row) - more);
  const last = Math.min(count, Math.ceil((top + height) / row) + more);
  return [Math.min(first, last), last];
}

// Where a row with this order stands in rows sorted by `order`, oldest first; the next newer one when it left.
export function placeOf(rows, order) {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows[middle].order < order) low = middle + 1;
    else high = middle;
  }
  return low;
}
