import NeoPixel from "neopixel";
import type { Pixel } from "../xs/pins.js";

/** The SDK's driver shows a quarter of what it is told. */
const OF_DRIVER = 4;
const MAX = 255;

/** The one LED of three colours (WS2812) at a pin. Throws Error when it cannot be driven. */
export function openPixel(pin: number): Pixel {
  const pixel = new NeoPixel({ length: 1, pin, order: "GRB" });
  return {
    write: (brightness) => {
      const value = Math.min(MAX, brightness * OF_DRIVER);
      pixel.setPixel(0, pixel.makeRGB(value, value, value));
      pixel.update();
    },
  };
}
