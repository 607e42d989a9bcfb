using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace LlmStack.Configuration;

/// <summary>Binds the section <c>LlmStack</c>. It is the first step of the options, so that code wins over configuration.</summary>
internal sealed class ConfigurationOptionsBinder(ConfigurationSource source) : IConfigureOptions<LlmStackOptions>
{
    public void Configure(LlmStackOptions options)
    {
        for (int i = source.All.Count - 1; i >= 0; i--)
        {
            try
            {
                source.All[i].GetSection(LlmStackOptions.SectionName).Bind(options);
            }
            catch (InvalidOperationException exception)
            {
                // A value of the wrong type stops the binder. It is told together with every other problem by the validator.
                options.BindingProblem = exception.Message;
            }
        }
    }
}
