// Draws a panorama by WebGL 2: for each pixel the direction it looks in, and what the picture shows there. No mesh, so
// straight lines stay straight up to the poles. Two pictures: one that is there from the beginning and a sharper one that
// comes in pieces and covers it.
import { intoPicture, type Lie, type Look, pixelAngle } from "./sphere.ts";

const vertex = `#version 300 es
in vec2 corner;
void main() { gl_Position = vec4(corner, 0.0, 1.0); }`;

// lies: left edge and top of the whole sphere, across and down, all as parts of a turn and of half a turn.
const fragment = `#version 300 es
precision highp float;
uniform sampler2D base;
uniform sampler2D sharp;
uniform mat3 into;
uniform vec2 middle;
uniform float angle;
uniform vec4 lies;
uniform vec2 lods;
uniform vec3 beyond;
out vec4 colour;
const float pi = 3.14159265358979;
void main() {
  vec2 at = (gl_FragCoord.xy - middle) * angle;
  vec3 d = normalize(into * vec3(at, -1.0));
  float u = fract(atan(d.x, -d.z) / (2.0 * pi) + 0.5 - lies.x) / lies.z;
  float v = (0.5 - asin(clamp(d.y, -1.0, 1.0)) / pi - lies.y) / lies.w;
  if (u > 1.0 || v < 0.0 || v > 1.0) { colour = vec4(beyond, 1.0); return; }
  vec4 s = textureLod(sharp, vec2(u, v), lods.y);
  vec4 b = textureLod(base, vec2(u, v), lods.x);
  colour = vec4(b.rgb * (1.0 - s.a) + s.rgb, 1.0);
}`;

/** More would take a phone's memory: a sphere of 8,192 × 4,096 is 134 MB. */
const most = 8192;
const mostOnPhones = 4096;

type Source = ImageBitmap | HTMLImageElement;

/** Thrown where there is no WebGL 2, or not enough of it. */
export class NoSphere extends Error {
  override name = "NoSphere";
}

export class SphereCanvas {
  /** What the sharper picture may measure at most. */
  readonly largest: number;
  private readonly canvas: HTMLCanvasElement;
  private readonly gl: WebGL2RenderingContext;
  private readonly at: (name: string) => WebGLUniformLocation | null;
  private readonly lie: Lie;
  private readonly base: Texture;
  private sharp: Texture;

  /** The picture goes on the canvas once show was called. */
  constructor(canvas: HTMLCanvasElement, lie: Lie) {
    const options: WebGLContextAttributes = { alpha: false, antialias: false, depth: false };
    const gl = canvas.getContext("webgl2", options);
    if (!gl) throw new NoSphere("no WebGL 2");
    this.canvas = canvas;
    this.gl = gl;
    // In sRGB: Chromium without a graphics card paints a canvas of Display P3 in the wrong colours (200 40 40 as 184 56 49).
    this.lie = lie;
    const program = linked(gl);
    this.at = (name) => gl.getUniformLocation(program, name);
    const { deviceMemory = 8 } = navigator as { deviceMemory?: number };
    const device = deviceMemory < 4 || matchMedia("(pointer: coarse)").matches ? mostOnPhones : most;
    this.largest = Math.min(gl.getParameter(gl.MAX_TEXTURE_SIZE) as number, device);
    corners(gl, program);
    this.base = new Texture(gl, 0, lie.round);
    this.sharp = new Texture(gl, 1, lie.round);
    this.sharp.reserve(1, 1);
    gl.uniform1i(this.at("base"), 0);
    gl.uniform1i(this.at("sharp"), 1);
  }

  /** The picture to begin with, no larger than `largest`. */
  picture(source: Source, width: number, height: number): void {
    this.base.reserve(width, height);
    this.base.put(source, 0, 0);
    this.base.finish();
  }

  /** Makes place for a sharper picture, of which nothing is there yet. */
  sharper(width: number, height: number): void {
    this.sharp.reserve(width, height);
  }

  piece(source: Source, x: number, y: number): void {
    this.sharp.put(source, x, y);
  }

  /** All pieces are there: it can be shown smaller than it is without flicker. */
  finish(): void {
    this.sharp.finish();
  }

  draw(look: Look, beyond: readonly [number, number, number]): void {
    const { gl, at, lie, canvas } = this;
    const { width, height } = canvas;
    const angle = pixelAngle(look.fov, Math.max(width, height));
    gl.viewport(0, 0, width, height);
    gl.uniformMatrix3fv(at("into"), false, [...intoPicture(look, lie)]);
    gl.uniform2f(at("middle"), width / 2, height / 2);
    gl.uniform1f(at("angle"), angle);
    const [across, down] = [(lie.east - lie.west) / 360, (lie.top - lie.bottom) / 180];
    gl.uniform4f(at("lies"), (lie.west + 180) / 360, (90 - lie.top) / 180, across, down);
    const lod = (texture: Texture) => texture.lod((angle * texture.width) / (2 * Math.PI * across));
    gl.uniform2f(at("lods"), lod(this.base), lod(this.sharp));
    gl.uniform3f(at("beyond"), ...beyond);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** The device took it back. */
  get lost(): boolean {
    return this.gl.isContextLost();
  }

  close(): void {
    this.gl.getExtension("WEBGL_lose_context")?.loseContext(); // its memory is wanted now, not when somebody tidies up
  }
}

class Texture {
  width = 1;
  height = 1;
  private levels = 1;
  private whole = false;
  private texture: WebGLTexture | null = null;
  private readonly gl: WebGL2RenderingContext;
  private readonly unit: number;
  private readonly round: boolean;

  constructor(gl: WebGL2RenderingContext, unit: number, round: boolean) {
    this.gl = gl;
    this.unit = unit;
    this.round = round;
  }

  /** Transparent, of this size. */
  reserve(width: number, height: number): void {
    const { gl } = this;
    gl.deleteTexture(this.texture);
    this.texture = gl.createTexture();
    [this.width, this.height, this.whole] = [width, height, false];
    this.levels = 1 + Math.floor(Math.log2(Math.max(width, height)));
    this.bind();
    gl.texStorage2D(gl.TEXTURE_2D, this.levels, gl.RGBA8, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, this.round ? gl.REPEAT : gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR);
    if (gl.getError() !== gl.NO_ERROR) throw new NoSphere("no memory for it");
  }

  private bind(): void {
    this.gl.activeTexture(this.gl.TEXTURE0 + this.unit);
    this.gl.bindTexture(this.gl.TEXTURE_2D, this.texture);
  }

  put(source: Source, x: number, y: number): void {
    const { gl } = this;
    this.bind();
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, true);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, gl.RGBA, gl.UNSIGNED_BYTE, source);
  }

  finish(): void {
    const { gl } = this;
    this.bind();
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    this.whole = true;
  }

  /** Which of its smaller copies to take when so many of its pixels fall on one. The same everywhere, so no seam shows. */
  lod(pixels: number): number {
    return this.whole ? Math.max(0, Math.log2(pixels)) : 0;
  }
}

/** One triangle that covers the canvas. */
function corners(gl: WebGL2RenderingContext, program: WebGLProgram): void {
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
  const corner = gl.getAttribLocation(program, "corner");
  gl.enableVertexAttribArray(corner);
  gl.vertexAttribPointer(corner, 2, gl.FLOAT, false, 0, 0);
}

function linked(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, vertex],
    [gl.FRAGMENT_SHADER, fragment],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new NoSphere("no shader");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new NoSphere("the shader does not link");
  gl.useProgram(program);
  return program;
}
