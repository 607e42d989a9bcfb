using System.Text.Json;
using LlmStack.Tracing;

namespace LlmStack.Langfuse;

/// <summary>Addresses of traces in the server's own pages. The project's id is asked for once, when it is not configured.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle nobody takes holds nothing to release.")]
internal sealed class TraceUrls(LangfuseEndpoint endpoint, string? projectId)
{
    private readonly SemaphoreSlim _asking = new(1, 1);
    private string? _projectId = string.IsNullOrWhiteSpace(projectId) ? null : projectId.Trim();

    public Uri? Get(TraceId traceId) => Volatile.Read(ref _projectId) is { } id ? Build(id, traceId) : null;

    public async ValueTask<Uri?> GetAsync(TraceId traceId, CancellationToken cancellationToken)
    {
        if (Get(traceId) is { } known)
        {
            return known;
        }

        await _asking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_projectId is null)
            {
                Reply reply = await endpoint.SendAsync(HttpMethod.Get, endpoint.Projects, content: null, wantsBody: true, cancellationToken).ConfigureAwait(false);
                Volatile.Write(ref _projectId, reply.Kind == ReplyKind.Delivered ? FirstId(reply.Body) : null);
            }

            return Get(traceId);
        }
        finally
        {
            _asking.Release();
        }
    }

    private static string? FirstId(byte[] body)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body);

            // A key belongs to one project, so the list has one entry.
            return document.RootElement.TryGetProperty("data"u8, out JsonElement data) && data.ValueKind == JsonValueKind.Array && data.GetArrayLength() > 0
                && data[0].TryGetProperty("id"u8, out JsonElement id) && id.ValueKind == JsonValueKind.String
                ? id.GetString()
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private Uri Build(string id, TraceId traceId) => new($"{endpoint.BaseUrl}/project/{Uri.EscapeDataString(id)}/traces/{traceId}");
}
