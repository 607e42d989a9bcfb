using System.Text;
using LlmStack.Providers.Http;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.OpenAI;

/// <summary>Makes the message of one choice of a whole answer.</summary>
internal static class MessageBuilder
{
    /// <summary>Where a message of an answer with several choices keeps which one it is, and why it ended in the provider's word.</summary>
    private const string IndexKey = "choice_index";
    private const string FinishKey = "finish_reason";

    /// <exception cref="FormatException">Audio is no base64.</exception>
    public static ChatMessage Build(ref ChatPiece piece, ChatDocument document, ReadOnlySpan<byte> body, OpenAIProfile profile, string model, ref int synthesized)
    {
        string? text = piece.Text;
        string? reasoning = piece.Reasoning;
        if (profile.SplitsThinkTags && !string.IsNullOrEmpty(text))
        {
            SplitThoughts(ref text, ref reasoning);
        }

        reasoning = reasoning is null ? null : SurrogateCarry.Repair(reasoning);
        var contents = new List<AIContent>(1);
        if (!piece.ReasoningState.Equals(default) && profile.ReasoningOriginOf(model) is { } origin)
        {
            contents.Add(ReasoningState.Content(Encoding.UTF8.GetString(body[piece.ReasoningState]), origin, reasoning ?? ""));
        }
        else if (!string.IsNullOrEmpty(reasoning))
        {
            contents.Add(new TextReasoningContent(reasoning));
        }

        DataContent? audio = null;
        if (piece.Audio is { } heard)
        {
            audio = new AudioDecoder().Take(heard);
            text = string.IsNullOrEmpty(text) ? heard.Transcript : text;
        }

        List<AIAnnotation>? citations = piece.Citations ?? document.Citations;
        if (!string.IsNullOrEmpty(text))
        {
            contents.Add(new TextContent(SurrogateCarry.Repair(text)) { Annotations = citations });
        }

        if (audio is not null)
        {
            contents.Add(audio);
        }

        if (!string.IsNullOrEmpty(piece.Refusal))
        {
            contents.Add(new ErrorContent(SurrogateCarry.Repair(piece.Refusal)) { ErrorCode = "Refusal" });
        }

        for (int i = 0; i < document.Fragments.Count; i++)
        {
            ToolCallFragment fragment = document.Fragments[i];
            if (fragment.Choice == piece.Choice)
            {
                contents.Add(ToolArguments.ToContent(fragment.Id ?? $"call_{synthesized++}", fragment.Name ?? "", fragment.Arguments ?? "", profile.UnwrapsArguments));
            }
        }

        return new ChatMessage(ChatRole.Assistant, contents)
        {
            MessageId = piece.Choice == 0 ? document.Id : $"{document.Id}-{piece.Choice}",
            CreatedAt = document.Created,
            AdditionalProperties = Properties(ref piece, document, body),
        };
    }

    private static AdditionalPropertiesDictionary? Properties(ref ChatPiece piece, ChatDocument document, ReadOnlySpan<byte> body)
    {
        AdditionalPropertiesDictionary? properties = null;
        if (document.PieceCount > 1)
        {
            properties = new AdditionalPropertiesDictionary { [IndexKey] = piece.Choice, [FinishKey] = piece.Finish };
        }

        if (!piece.LogProbabilities.Equals(default))
        {
            (properties ??= [])[AnswerExtras.LogProbabilities] = AnswerExtras.ElementAt(body, piece.LogProbabilities);
        }

        if (piece.ContentFilter is { } filter)
        {
            (properties ??= [])["content_filter_results"] = filter;
        }

        return properties;
    }

    private static void SplitThoughts(ref string? text, ref string? reasoning)
    {
        var splitter = default(ThinkTagSplitter);
        splitter.Take(text!, out string? thought, out string? plain);
        splitter.Flush(out string? lastThought, out string? lastPlain);
        text = string.Concat(plain, lastPlain);
        reasoning = string.Concat(reasoning, thought, lastThought);
    }
}
