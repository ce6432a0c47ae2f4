// Styles of late scripts are bundled as strings.
declare module "*.late.css" {
  const css: string;
  export default css;
}
