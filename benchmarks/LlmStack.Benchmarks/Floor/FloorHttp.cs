using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LlmStack.Benchmarks.Floor;

/// <summary>The two kinds of calls that every hand-written client makes.</summary>
internal static class FloorHttp
{
    public static async Task<TAnswer> PostAsync<TRequest, TAnswer>(HttpClient http, string path, TRequest request, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TAnswer> answerType)
    {
        using HttpResponseMessage response = await http.PostAsJsonAsync(path, request, requestType);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync(answerType) ?? throw new InvalidDataException("The answer is empty.");
    }

    public static async IAsyncEnumerable<TEvent> StreamAsync<TRequest, TEvent>(HttpClient http, string path, TRequest body, JsonTypeInfo<TRequest> requestType, JsonTypeInfo<TEvent> eventType, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, requestType) };
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (SseItem<TEvent?> item in SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize(data, eventType)).EnumerateAsync(cancellationToken))
        {
            if (item.Data is { } one)
            {
                yield return one;
            }
        }
    }
}
