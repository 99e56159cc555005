import { AppError, type Principal } from '@devmesh/contracts';

/** A connection decides where calls go and with which rights: the scope `admin` changes it. */
export function assertMayChange({ scopes, label }: Principal): void {
  if (scopes.includes('admin')) return;
  throw new AppError('forbidden', `${label} may not change connections: the scope "admin" is missing.`, {
    suggestion: "Use an administrator's key, or sign in as one: POST /api/v1/auth/login.",
  });
}
