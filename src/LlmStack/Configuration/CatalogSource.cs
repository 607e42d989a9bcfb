namespace LlmStack.Configuration;

/// <summary>Reads a catalogue from a file or an address; only when it has changed, where that can be told.</summary>
internal sealed class CatalogSource(string source, TimeSpan timeout, Func<HttpMessageInvoker> http, TimeProvider time)
{
    /// <summary>More than this is no catalogue; the embedded one has about 0.2 MB.</summary>
    public const int MaxBytes = 32 * 1024 * 1024;

    private System.Net.Http.Headers.EntityTagHeaderValue? _tag;
    private DateTime _written;

    /// <summary>The address, or null when the source is a file or no address that is allowed.</summary>
    public static Uri? AddressOf(string source) =>
        Uri.TryCreate(source.Trim(), UriKind.Absolute, out Uri? uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.Host.Length > 0 && uri.UserInfo.Length == 0 ? uri : null;

    /// <summary>The bytes; null when they are those of the last time.</summary>
    public Task<byte[]?> ReadAsync(CancellationToken cancellationToken) =>
        AddressOf(source) is { } address ? DownloadAsync(address, cancellationToken) : ReadFileAsync(source.Trim(), cancellationToken);

    private async Task<byte[]?> ReadFileAsync(string path, CancellationToken cancellationToken)
    {
        DateTime written = File.GetLastWriteTimeUtc(path);
        if (written == _written)
        {
            return null;
        }

        if (new FileInfo(path).Length > MaxBytes)
        {
            throw new FormatException($"The file has more than {MaxBytes} bytes.");
        }

        byte[] bytes = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        _written = written;
        return bytes;
    }

    private async Task<byte[]?> DownloadAsync(Uri address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (_tag is not null)
        {
            request.Headers.IfNoneMatch.Add(_tag);
        }

        using HttpResponseMessage response = await http().SendAsync(request, either.Token).ConfigureAwait(false);
        if (response.StatusCode == System.Net.HttpStatusCode.NotModified)
        {
            return null;
        }

        response.EnsureSuccessStatusCode();
        using Stream body = await response.Content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
        using var bytes = new MemoryStream();
        byte[] part = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(part, either.Token).ConfigureAwait(false)) > 0)
        {
            bytes.Write(part, 0, read);
            if (bytes.Length > MaxBytes)
            {
                throw new FormatException($"The answer has more than {MaxBytes} bytes.");
            }
        }

        _tag = response.Headers.ETag;
        return bytes.ToArray();
    }
}
