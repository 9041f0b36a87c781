/** Why the chip has started: ESP-IDF's esp_reset_reason_t. */
export function startReason(this: void): number {
  return native("fledgling_startReason").call(this);
}
