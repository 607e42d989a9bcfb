using System.Text;
using Microsoft.Extensions.AI;

namespace LlmStack.Providers.Fidelity;

/// <summary>Collects a streamed answer whose form was asked for in words alone, and checks it when it is complete.</summary>
internal sealed class StreamedForm
{
    private readonly StringBuilder _text = new();
    private readonly StructuredPlan _plan;
    private readonly string _provider;

    private StreamedForm(in StructuredPlan plan, string provider)
    {
        _plan = plan;
        _provider = provider;
    }

    /// <summary>Null when the answer needs no check: the format binds it, or the arguments of a tool are checked in its place.</summary>
    public static StreamedForm? For(in StructuredPlan plan, string provider) =>
        plan.Method is StructuredMethod.JsonMode or StructuredMethod.Prompt ? new StreamedForm(plan, provider) : null;

    /// <summary>Takes what an update hands on.</summary>
    public void Add(List<AIContent> contents)
    {
        for (int i = 0; i < contents.Count; i++)
        {
            if (contents[i] is TextContent text)
            {
                _text.Append(text.Text);
            }
        }
    }

    /// <summary>Checks the whole; one that was cut off, filtered or is a call of a tool is none.</summary>
    /// <param name="finish">Why the answer ended.</param>
    /// <param name="usage">What it used, which is billed all the same.</param>
    /// <exception cref="LlmException"><see cref="LlmErrorKind.InvalidResponse"/> when it is not what the schema demands.</exception>
    public void Check(ChatFinishReason? finish, UsageDetails? usage)
    {
        if (finish != ChatFinishReason.Length && finish != ChatFinishReason.ContentFilter && finish != ChatFinishReason.ToolCalls)
        {
            StructuredOutput.CheckText(_text.ToString(), _plan.Format!, _provider, usage);
        }
    }
}
