using System.Runtime.CompilerServices;
using System.Text.Json;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>The format's <c>/completions</c>.</summary>
internal sealed class OpenAICompletions(ProviderHttp http, OpenAIProfile profile, OperationAddress address) : ITextCompletionProvider
{
    public async ValueTask<TextCompletion> CompleteAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = CompletionRequestWriter.Write(call, prompt, options, profile, stream: false);
        using HttpResponseMessage response = await http.SendAsync(call, address.Of(call.Model), body, stream: false, cancellationToken).ConfigureAwait(false);
        using PooledBuffer answer = await http.ReadBodyAsync(response, call, cancellationToken).ConfigureAwait(false);
        var document = new ChatDocument(call.Model);
        ChatResponseReader.Parse(answer, document, http, call);
        call.Report.RawFinishReason = document.FinishReason;
        call.Report.ServiceTier = document.ServiceTier;
        if (FinishReasons.FailureOf(document.FinishReason) is { } failure)
        {
            throw FinishReasons.Failure(http.Name, failure, document.FinishReason!, call.Report);
        }

        var completion = new TextCompletion
        {
            Text = SurrogateCarry.Repair(document.PieceCount > 0 ? document.PieceAt(0).Text ?? "" : ""),
            ResponseId = document.Id,
            ModelId = document.Model,
            CreatedAt = document.Created,
            FinishReason = FinishReasons.Map(document.FinishReason, hasToolCalls: false),
            Usage = document.Usage,
            AdditionalProperties = document.Extras,
        };
        if (document.PieceCount > 0 && document.PieceAt(0).LogProbabilities is var place && !place.Equals(default))
        {
            (completion.AdditionalProperties ??= [])[AnswerExtras.LogProbabilities] = AnswerExtras.ElementAt(answer.WrittenSpan, place);
        }

        if (call.Capture.IsEnabled)
        {
            CaptureText(call.Capture, completion.Text);
        }

        return completion;
    }

    public async IAsyncEnumerable<TextCompletionUpdate> CompleteStreamingAsync(ProviderCall call, string prompt, TextCompletionOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A completion's chunk differs from a chat's only in where the text is, so one session reads both.
        using HttpResponseMessage response = await OpenStreamAsync(call, prompt, options, cancellationToken).ConfigureAwait(false);
        Stream stream = await http.OpenAsync(response, call, cancellationToken).ConfigureAwait(false);
        await using var disposing = stream.ConfigureAwait(false);
        using var reader = new SseReader(stream, http.MaxBodyBytes);
        using var session = new ChatStreamSession(http, call, profile, plainText: true);
        while (true)
        {
            while (session.Next(reader) is { } update)
            {
                yield return new TextCompletionUpdate { Text = update.Text, ResponseId = update.ResponseId, ModelId = update.ModelId };
                cancellationToken.ThrowIfCancellationRequested();
            }

            if (session.Done)
            {
                break;
            }

            int count;
            try
            {
                count = await reader.FillAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                Exception translated = TransportErrors.Translate(e, http.Name, call.Report, cancellationToken);
                if (ReferenceEquals(translated, e))
                {
                    throw;
                }

                throw translated;
            }

            reader.Filled(count);
        }

        RoutedChatResponseUpdate last = session.Final();
        yield return new TextCompletionUpdate
        {
            Text = last.Text,
            ResponseId = last.ResponseId,
            ModelId = last.ModelId,
            FinishReason = last.FinishReason,
            Usage = session.Usage,
        };
    }

    public static void CaptureText(IContentCapture capture, string text)
    {
        using var output = new PooledBuffer(text.Length + 64);
        Utf8JsonWriter writer = JsonWriterCache.Rent(output);
        writer.WriteStringValue(text);
        writer.Flush();
        JsonWriterCache.Return(writer);
        capture.SetOutput(output.WrittenSpan);
    }

    private async ValueTask<HttpResponseMessage> OpenStreamAsync(ProviderCall call, string prompt, TextCompletionOptions? options, CancellationToken cancellationToken)
    {
        using PooledBuffer body = CompletionRequestWriter.Write(call, prompt, options, profile, stream: true);
        return await http.SendAsync(call, address.Of(call.Model), body, stream: true, cancellationToken).ConfigureAwait(false);
    }
}
