namespace LlmStack.Providers.OpenAI.Azure;

/// <summary>Azure's two address schemes: <c>/openai/v1</c> with the deployment in the body, and the dated versions with the deployment in the path.</summary>
/// <param name="endpoint">The resource's address, or one that already ends with <c>/openai/v1</c> or <c>/openai</c>.</param>
/// <param name="version">A dated version such as <c>2024-10-21</c> for the deployments path; null or <c>v1</c> for the v1 path, <c>preview</c> and <c>latest</c> for its other editions.</param>
internal sealed class AzureAddresses(Uri endpoint, string? version)
{
    private const string V1Path = "/openai/v1";

    private readonly string? _version = string.IsNullOrWhiteSpace(version) || version.Trim().Equals("v1", StringComparison.OrdinalIgnoreCase) ? null : version.Trim();

    /// <summary>Whether a dated version is asked, which has only the older operations.</summary>
    public bool HasModelInPath => _version is not null && char.IsAsciiDigit(_version[0]);

    public OperationAddress For(string operation)
    {
        string root = endpoint.AbsolutePath.TrimEnd('/');
        root = root.EndsWith(V1Path, StringComparison.OrdinalIgnoreCase) ? root[..^V1Path.Length]
            : root.EndsWith("/openai", StringComparison.OrdinalIgnoreCase) ? root[..^"/openai".Length]
            : root;
        return HasModelInPath
            ? new OperationAddress(model => Address($"{root}/openai/deployments/{Uri.EscapeDataString(model)}{operation}"))
            : new OperationAddress(Address(root + V1Path + operation));
    }

    private Uri Address(string path) =>
        new UriBuilder(endpoint) { Path = path, Query = _version is null ? "" : "api-version=" + Uri.EscapeDataString(_version) }.Uri;
}
