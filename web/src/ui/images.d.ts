// Pictures are files beside the scripts; the import is their address, relative to the script.
declare module "*.jpg" {
  const address: string;
  export default address;
}
