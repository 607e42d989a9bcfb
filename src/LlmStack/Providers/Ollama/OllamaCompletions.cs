using System.Runtime.CompilerServices;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Ollama;

/// <summary>The format's <c>/api/generate</c>.</summary>
internal sealed class OllamaCompletions(ProviderHttp http, Uri address) : ITextCompletionProvider
{
    public async ValueTask<TextCompletion> CompleteAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken)
    {
        using HttpResponseMessage response = await AskAsync(call, prompt, options, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        var document = new OllamaDocument(call.Model, generates: true);
        OllamaReader.Parse(answer, document, http, call);
        OllamaFinish.ThrowIfNoAnswer(document, http, call);
        call.Report.RawFinishReason = document.DoneReason;
        var completion = new TextCompletion
        {
            Text = SurrogateCarry.Repair(document.Text ?? ""),
            ModelId = document.Model,
            CreatedAt = document.Created,
            FinishReason = OllamaFinish.Map(document.DoneReason, hasCalls: false),
            Usage = document.Usage,
            AdditionalProperties = OllamaFinish.Facts(document),
        };
        if (call.Capture.IsEnabled)
        {
            CompletionText.Capture(call.Capture, completion.Text);
        }

        return completion;
    }

    public async IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(ProviderCall call, string prompt, TextCompletionOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = new OllamaStream(http, call, token => AskAsync(call, prompt, options, stream: true, token), keepsRaw: false, generates: true);
        await foreach (ChatResponseUpdate update in EventStreaming.ReadAsync(http, call, stream, static (bytes, maxBytes) => new SseReader(bytes, maxBytes, lines: true), cancellationToken).ConfigureAwait(false))
        {
            yield return CompletionText.ToUpdate(update);
        }
    }

    private async ValueTask<HttpResponseMessage> AskAsync(ProviderCall call, string prompt, TextCompletionOptions? options, bool stream, CancellationToken cancellationToken)
    {
        if (call.Capture is { IsEnabled: true, HasInput: false })
        {
            CompletionText.Capture(call.Capture, prompt, asInput: true);
        }

        using PooledBuffer body = OllamaCompletionWriter.Write(call, prompt, options, stream);
        return await http.SendAsync(call, address, body, stream, cancellationToken).ConfigureAwait(false);
    }
}
