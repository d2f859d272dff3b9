// Makes a title as large as its box allows, whatever the words and the screen:
// letters on a kiosk are read from 1.5 m.

const SMALLEST = 16;

// fit sets the font size of element so that its text, broken at spaces alone,
// just fits within its own width and the height left over in its parent.
export function fit(element) {
  const room = element.parentElement;
  let low = SMALLEST;
  let high = Math.max(SMALLEST, room.clientHeight);
  const fits = (size) => {
    element.style.fontSize = `${size}px`;
    return element.scrollWidth <= element.clientWidth && room.scrollHeight <= room.clientHeight;
  };
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  fits(low);
}
